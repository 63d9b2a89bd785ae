// One trial in full.

const openTrial = (place) => {
  const section = byId("trial");
  section.hidden = false;
  const close = read(`closer-${numberAt(place)}`) ?? { examination: null, tested: null, mistakes: [], summary: "" };
  const regression = close.examination?.task === "regression";
  section.replaceChildren(
    trialHead(place),
    factsOf(place),
    ...diagnosisOf(place),
    element("div", { class: "charts" }, ...learningCurves(place), ...(close.examination ? examinationOf(close.examination) : [])),
    mistakesOf(close.mistakes, regression) ?? "",
    ...testedOf(close.tested),
    ...elsewhereOf(place, close),
    configurationOf(place),
    close.summary ? folded("The network, layer by layer", element("pre", { tabindex: "0" }, close.summary)) : "",
  );
};

const folded = (title, content) => element("details", {}, element("summary", {}, title), content);

const trialHead = (place) => {
  const rank = place === trials.baseline || valueOf("rank", place) === null ? "" : `, rank ${valueOf("rank", place)}`;
  return element("div", { class: "trial-head" },
    element("h2", { id: "trial-title", tabindex: "-1" }, `${called(place)}${rank}`),
    element("a", { href: `#trial-${numberAt(place)}` }, "permanent link"),
    element("a", { href: "#leaderboard" }, "↑ leaderboard"));
};

const factsOf = (place) => {
  const left = ["rank", "trial", "range", "low", "high", "configuration", "diagnosis"];
  const told = trials.columns.filter((column) => !left.includes(column.name) && textAt(column, place) !== "");
  return element("dl", { class: "facts" }, ...told.map((column) =>
    element("div", {}, element("dt", {}, column.title), element("dd", {}, textAt(column, place)))));
};

const diagnosisOf = (place) =>
  [trials.why[place], trials.sentence[place], trials.advice[place]].filter(Boolean)
    .map((text, i) => element("p", { class: i ? null : "diagnosis" }, text));

// The page has no room to show thousands of trials closely.
const elsewhereOf = (place, close) => {
  const network = place !== trials.baseline;
  if (network && valueOf("rank", place) === null) return [];
  const left = [
    close.examination === null ? "what it got right and wrong" : "",
    close.mistakes.some((each) => each.audio === null && each.note === "") ? "the sounds of its mistakes" : "",
    network && close.summary === "" ? "its network" : "",
  ].filter(Boolean);
  if (left.length === 0) return [];
  return [element("p", { class: "soft" }, `Not in this page: ${left.join(", ")}. `,
    element("code", {}, `sinesweep report FOLDER --trial ${numberAt(place)}`), " writes it with all that there is of this trial.")];
};

// Settings by section, as in a sweep file: `features.log_mel.n_mels` is the setting n_mels of the features log_mel.
const configurationOf = (place) => {
  const sections = new Map();
  for (const column of settings.filter((each) => textAt(each, place) !== "")) {
    const section = column.title.split(".").slice(0, -1).join(" ");
    sections.set(section, [...(sections.get(section) ?? []), column]);
  }
  const lists = [...sections].map(([title, these]) =>
    element("div", {}, element("h4", {}, title || "parts"), element("dl", {}, ...these.flatMap((column) =>
      [element("dt", {}, column.title.split(".").at(-1)), element("dd", {}, textAt(column, place))]))));
  return element("div", {}, element("h3", {}, "Configuration"), element("div", { class: "settings" }, ...lists));
};
