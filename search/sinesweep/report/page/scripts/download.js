// The table as a CSV file: the rows that pass the filters, in their order, and the baseline, as in leaderboard.csv; where
// trials without a rank are among them, with the columns that only these fill.

// A text that begins like a formula would be run by a spreadsheet.
const csvCell = (text) => {
  const told = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(told) ? `"${told.replaceAll('"', '""')}"` : told;
};

const csvOf = (these) => {
  const told = read("cells").filter((column) => column.ranked || these.some((place) => valueAt(column, place) !== ""));
  const lines = these.map((place) => told.map((column) => csvCell(valueAt(column, place))).join(","));
  return [told.map((column) => csvCell(column.name)).join(","), ...lines].join("\n") + "\n";
};

const downloadButton = () =>
  element("button", {
    type: "button",
    click: () => {
      const these = [...shownPlaces(), ...(trials.baseline === null ? [] : [trials.baseline])];
      const address = URL.createObjectURL(new Blob([csvOf(these)], { type: "text/csv" }));
      element("a", { href: address, download: `${trials.name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    },
  }, "CSV");
