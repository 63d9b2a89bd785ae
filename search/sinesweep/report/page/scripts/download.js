// The table as a CSV file: the rows that pass the filters, in their order, and the baseline, with the columns of
// leaderboard.csv beside it and the trial's state.

// A text that begins like a formula would be run by a spreadsheet.
const csvCell = (value) => {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const csvOf = (these) => {
  const told = columns.filter((column) => column.csv);
  const lines = these.map((place) => told.map((column) => csvCell(valueAt(column, place))).join(","));
  return [told.map((column) => csvCell(column.csv)).join(","), ...lines].join("\r\n") + "\r\n";
};

const downloadButton = () =>
  element("button", {
    type: "button",
    click: () => {
      const address = URL.createObjectURL(new Blob([csvOf([...shownPlaces(), ...(trials.baseline === null ? [] : [trials.baseline])])], { type: "text/csv" }));
      element("a", { href: address, download: `${trials.name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 1000);
    },
  }, "CSV");
