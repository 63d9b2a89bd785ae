// A click on a heading sorts the rows by it; a second click turns the order round.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th");
    const rows = heading.closest("table").tBodies[0];
    const ascending = heading.getAttribute("aria-sort") !== "ascending";
    const value = (row) => Number(row.cells[heading.cellIndex].dataset.value);
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    rows.append(...[...rows.rows].sort((a, b) => (ascending ? 1 : -1) * (value(a) - value(b))));
  });
}
