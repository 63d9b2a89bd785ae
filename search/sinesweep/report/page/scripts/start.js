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

// A browser that is asked to by the page itself does not load it anew where its address leads to a trial.
const refresh = () => {
  const after = Number(document.body.dataset.refreshS);
  if (after) setTimeout(() => location.reload(), 1000 * after);
};

offerCopy();
if (trials.why.length > 0) {
  fitColumns();
  const [first, before] = [structuredClone(view), kept()];
  if (before) askAgain(before.asked);
  drawControls();
  byId("board").classList.add("live");
  byId("without-script")?.remove();
  drawTable();
  drawCompared();
  const returned = before?.looked.hash === location.hash;
  markVisit();
  followAddress(!returned);
  if (returned) lookAgain(before.looked);
  addEventListener("hashchange", travel);
  addEventListener("pageshow", () => { history.scrollRestoration = "auto"; });
  keepView(first);
}
watchCharts();
refresh();
