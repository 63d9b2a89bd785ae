// Sorting: a click on a heading sorts the rows by it, a second click turns the order round. What has no value is last.

const compareValues = (one, other) => {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
};

const inOrder = (these) => {
  const column = columnOf(view.sorted.name);
  const sign = view.sorted.ascending ? 1 : -1;
  return these.slice().sort((one, other) => {
    const [a, b] = [valueAt(column, one), valueAt(column, other)];
    const [noA, noB] = [a === null || a === "", b === null || b === ""];
    if (noA || noB) return noA - noB || one - other;
    return sign * compareValues(a, b) || one - other;
  });
};

const sortBy = (column) => {
  const same = view.sorted.name === column.name;
  const best = column.name === trials.objective && trials.higher;
  view.sorted = { name: column.name, ascending: same ? !view.sorted.ascending : !best };
  view.page = 0;
  drawTable();
};
