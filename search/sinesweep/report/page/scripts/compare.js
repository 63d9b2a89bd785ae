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
    same ? element("p", { class: "soft" }, `Settings and results that are the same in all are left out: ${same}.`) : "",
    element("div", { class: "charts" }, ...trials.curves.map((curves) => curvesTogether(curves, these))),
  );
};

// The name of a setting may be broken between its words.
const breakable = (name) =>
  element("span", {}, ...name.split(/(?<=[._])/).flatMap((part) => [part, element("wbr")]));

// First the settings that all have, then what came of them, then the settings of parts that only some have.
const comparison = (these) => {
  const told = columns.filter((column) => !["range", "low", "high", "trial", "configuration"].includes(column.name))
    .map((column) => ({ column, texts: these.map((place) => textAt(column, place).replaceAll(" %", "\u00a0%")) }))
    .filter(({ texts }) => texts.some((text) => text !== ""));
  const differing = told.filter(({ texts }) => texts.some((text) => text !== texts[0]));
  const turn = ({ column, texts }) => (!column.setting ? 1 : texts.includes("") ? 2 : 0);
  const rows = differing.sort((one, other) => turn(one) - turn(other))
    .map(({ column, texts }) => [breakable(column.title), ...texts]);
  return { rows, same: told.length - differing.length };
};
