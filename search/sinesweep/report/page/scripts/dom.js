// Elements are made from names and texts, never from markup: text from outside stays text.

const byId = (id) => document.getElementById(id);

const fill = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
};

const element = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

const shape = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// A heading, cells below: `rows` are lists of texts or elements; columns listed in `words` are set to the left. The
// first cell of a row is its name.
const tableOf = (label, heads, rows, words = [0]) => {
  const side = (i) => (words.includes(i) ? "words" : null);
  const head = element("tr", {}, ...heads.map((text, i) => element("th", { scope: "col", class: side(i) }, text)));
  const body = rows.map((cells) =>
    element("tr", {}, ...cells.map((cell, i) =>
      i ? element("td", { class: side(i) }, cell) : element("th", { scope: "row", class: side(i) }, cell))));
  return scrolling(label, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
};

// What may be wider or longer than its place can be scrolled, with the keyboard too; it fades at the right or at the
// bottom as long as there is more of it there.
const scrolling = (label, content) => {
  const made = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, content);
  const look = () => {
    made.classList.toggle("more", made.scrollLeft + made.clientWidth < made.scrollWidth - 1);
    made.classList.toggle("below", made.scrollTop + made.clientHeight < made.scrollHeight - 1);
  };
  made.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(made);
  return made;
};

const percent = (share, digits = 0) => (share === null ? "" : `${(100 * share).toFixed(digits)}\u00a0%`);
