// The table: so many rows a page of the trials that pass the filters, in order.

const PAGE = 50;
let headed = "";

const shownPlaces = () => inOrder(places.filter(passes));

const drawTable = () => {
  const found = shownPlaces();
  view.page = Math.min(view.page, Math.max(0, Math.ceil(found.length / PAGE) - 1));
  const board = byId("board");
  drawHead(board);
  const from = view.page * PAGE;
  board.tBodies[0].replaceChildren(...found.slice(from, from + PAGE).map(rowOf));
  if (trials.baseline !== null) board.tFoot.replaceChildren(rowOf(trials.baseline));
  drawPager(found.length, from);
};

const drawHead = (board) => {
  const these = shownColumns();
  const names = these.map((column) => column.name).join("\n");
  if (names !== headed) {
    const ends = board.querySelector(".ends");
    const heads = these.map((column) => headOf(column, ends));
    const choice = element("th", { scope: "col", class: "choice" }, element("span", { class: "unseen" }, "compare"));
    board.tHead.replaceChildren(element("tr", {}, choice, ...heads));
    headed = names;
  }
  for (const head of board.tHead.querySelectorAll("th[data-column]")) {
    const mine = head.dataset.column === view.sorted.name;
    if (mine) head.setAttribute("aria-sort", view.sorted.ascending ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
};

let axis = null;

const headOf = (column, ends) => {
  axis ??= ends;
  if (column.kind === "range") return element("th", { scope: "col", class: "range" }, axis);
  const button = element("button", { type: "button", click: () => sortBy(column) }, column.title);
  return element("th", { scope: "col", class: classOf(column), "data-column": column.name }, button);
};

const classOf = (column) => `${column.kind} ${column.setting ? "setting" : column.name}${column.ranks ? " ranks" : ""}`;

const rowOf = (place) => {
  const cells = shownColumns().map((column) => cellOf(column, place));
  const open = (event) => {
    if (!event.target.closest("a, input, label") && !getSelection().toString()) location.hash = `trial-${numberAt(place)}`;
  };
  const best = valueOf("rank", place) === 1 && place !== trials.baseline;
  return element("tr", { class: best ? "best" : null, click: open }, element("td", { class: "choice" }, choiceOf(place)), ...cells);
};

const cellOf = (column, place) => {
  if (column.kind === "range") return element("td", { class: "range" }, trackOf(valueAt(column, place)));
  const text = textAt(column, place);
  const told = column.name === "trial" ? element("a", { id: `row-${numberAt(place)}`, href: `#trial-${numberAt(place)}` }, text) : text;
  return element("td", { class: classOf(column), "data-title": column.title }, told);
};

// A score that lies beyond the axis has no dot; its bar says on which side.
const barOf = ([left, , dot]) => (dot !== null ? "bar" : left === 0 ? "bar cut" : "bar cut high");

const trackOf = (range) => {
  if (range === null) return "";
  const mark = (kind, left, width = null) => {
    const made = element("i", { class: kind });
    made.style.left = `${left}%`;
    if (width !== null) made.style.width = `${width}%`;
    return made;
  };
  const line = byId("board").dataset.line;
  return element("span", { class: "track" },
    line === "" ? null : mark("base", line), mark(barOf(range), range[0], range[1]), range[2] === null ? null : mark("dot", range[2]));
};

const choiceOf = (place) => {
  const box = element("input", {
    type: "checkbox",
    "aria-label": `compare ${called(place).toLowerCase()}`,
    change: () => choose(place, box.checked),
  });
  box.checked = view.chosen.has(place);
  return box;
};

// The trainings of finalists are trials of the table, but none that the search has tried.
const allTrials = () => {
  const fresh = places.filter((place) => valueOf("state", place) === "fresh seed").length;
  const searched = places.length - fresh;
  const many = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
  return many(searched, "trial") + (fresh ? ` + ${many(fresh, "fresh seed")}` : "");
};

const drawPager = (count, from) => {
  const turn = (text, by, possible) => {
    const button = element("button", { type: "button", click: () => { view.page += by; drawTable(); } }, text);
    button.disabled = !possible;
    return button;
  };
  byId("count").textContent = count === places.length ? allTrials() : `${count.toLocaleString("en")} of ${allTrials()}`;
  const pager = byId("pager");
  pager.hidden = count <= PAGE;
  const to = Math.min(from + PAGE, count);
  pager.replaceChildren(turn("← Previous", -1, from > 0),
    element("span", {}, `${(from + 1).toLocaleString("en")}–${to.toLocaleString("en")}`), turn("Next →", 1, to < count));
};
