// The worst mistakes, to look at and to listen to.

const mistakesOf = (these, regression) => {
  if (these.length === 0) return null;
  const same = these.length > 1 && these.every((each) => each.note === these[0].note) ? these[0].note : "";
  return element("div", {}, element("h3", {}, "The worst mistakes"), same ? element("p", { class: "soft" }, capital(`${same}.`)) : null,
    element("ul", { class: "mistakes" }, ...these.map((each) => mistakeOf({ ...each, note: same ? "" : each.note }, regression))));
};

const mistakeOf = (each, regression) => {
  const sure = regression ? `off by ${Number(each.probability.toPrecision(3))}` : percent(each.probability, 1);
  const picture = each.picture === null ? null
    : element("img", { src: each.picture, alt: `Features of ${each.clip}, as the network sees them` });
  const player = each.audio === null ? null
    : element("audio", { controls: true, preload: "none", src: each.audio, "aria-label": `Listen to ${each.clip}` });
  return element("li", {}, picture, player,
    element("p", {}, element("b", {}, each.told), ` (${sure}), in truth `, element("b", {}, each.truth)),
    element("p", { class: "soft clip" }, each.clip, each.note ? element("small", {}, each.note) : ""));
};
