// All trials: columns with a value an entry. An entry's place is its index in every column.

const read = (id) => (byId(id) ? JSON.parse(byId(id).textContent) : null);

const trials = read("trials");
const settings = trials.settings.map((column) => ({ ...column, name: `setting ${column.name}`, setting: true }));
const columns = [...trials.columns, ...settings];
const places = trials.why.map((_, place) => place).filter((place) => place !== trials.baseline);

const columnOf = (name) => columns.find((column) => column.name === name) ?? { same: null };
const valueAt = (column, place) => (column.values ? column.values[place] : column.same);

const textAt = (column, place) => {
  const value = valueAt(column, place);
  if (column.shown) return column.shown[place];
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return value === null ? "" : String(value);
};

const valueOf = (name, place) => valueAt(columnOf(name), place);
const textOf = (name, place) => textAt(columnOf(name), place);
const numberAt = (place) => valueOf("trial", place);
const called = (place) => (place === trials.baseline ? "Baseline" : `Trial ${numberAt(place)}`);
const placeOf = (number) => trials.why.findIndex((_, place) => numberAt(place) === number);

// What a person has asked of the table; `drawTable` shows it.
const view = {
  columns: new Set(columns.filter((column) => column.usual).map((column) => column.name)),
  sorted: { name: "rank", ascending: true },
  state: places.some((place) => valueOf("state", place) === "complete") ? "complete" : "",
  plugin: "",
  tied: false,
  front: false,
  words: [],
  page: 0,
  chosen: new Set(),
};
