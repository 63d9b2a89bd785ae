// The page wakes up.

const drawControls = () => {
  const controls = byId("controls");
  controls.hidden = false;
  controls.append(...[
    searchField(),
    stateFilter(),
    pluginFilter(),
    switchFor("tied", "tied with the best", trials.tied),
    switchFor("front", "Pareto front", trials.front),
    columnChooser(),
    downloadButton(),
    element("output", { id: "count", "aria-live": "polite" }),
  ].filter((each) => each !== null));
};

// In a narrow window a few columns less are enough, until a person asks for them.
const fitColumns = () => {
  if (innerWidth < 1000) for (const name of ["folds", "parameters", "seconds"]) view.columns.delete(name);
  if (innerWidth < 640) view.columns.delete("interval");
};

offerCopy();
if (trials.why.length > 0) {
  fitColumns();
  drawControls();
  byId("board").classList.add("live");
  byId("without-script")?.remove();
  drawTable();
  followAddress(true);
  addEventListener("hashchange", () => followAddress(true));
}
watchCharts();
