// Trials side by side: what differs between those that were chosen, and their curves in one picture.

const MOST_COMPARED = 6;

const choose = (place, on) => {
  if (on) view.chosen.add(place);
  else view.chosen.delete(place);
  if (view.chosen.size > MOST_COMPARED) view.chosen.delete(view.chosen.values().next().value);
  drawTable();
  drawCompared();
};

const drawCompared = () => {
  const section = byId("compared");
  const these = [...view.chosen];
  section.hidden = these.length < 2;
  if (section.hidden) return;
  const clear = element("button", { type: "button", click: () => { view.chosen.clear(); drawTable(); drawCompared(); } }, "Clear");
  const { rows, same } = comparison(these);
  section.replaceChildren(
    element("h2", { id: "compared-title" }, `${these.length} trials side by side `, clear),
    tableOf("Trials side by side", ["what", ...these.map(called)], rows),
    same ? element("p", { class: "soft" }, `${same} settings are the same in all.`) : "",
    element("div", { class: "charts" }, ...trials.curves.map((curves) => curvesTogether(curves, these))),
  );
};

// The name of a setting may be broken between its words.
const breakable = (name) =>
  element("span", {}, ...name.split(/(?<=[._])/).flatMap((part) => [part, element("wbr")]));

const comparison = (these) => {
  const told = columns.filter((column) => !["range", "high", "trial", "configuration"].includes(column.name));
  const rows = [];
  let same = 0;
  for (const column of told) {
    const texts = these.map((place) => textAt(column, place).replaceAll(" %", "\u00a0%"));
    if (texts.every((text) => text === "")) continue;
    if (column.setting && texts.every((text) => text === texts[0])) same += 1;
    else rows.push([breakable(column.title), ...texts]);
  }
  return { rows, same };
};
