// The confusion matrix: all classes, or of many those that are confused most.

const MOST_CLASSES = 30;

const confusedMost = (found) => {
  const errors = found.classes.map(() => 0);
  for (const [truth, told, count] of found.confusion) {
    if (truth !== told) {
      errors[truth] += count;
      errors[told] += count;
    }
  }
  const order = errors.map((_, i) => i).sort((a, b) => errors[b] - errors[a] || a - b);
  return order.slice(0, MOST_CLASSES).sort((a, b) => a - b);
};

const confusionOf = (found, where) => {
  if (found.confusion.length === 0) return null;
  const many = found.classes.length > MOST_CLASSES;
  const chosen = many ? confusedMost(found) : found.classes.map((_, i) => i);
  const counts = new Map(found.confusion.map(([truth, told, count]) => [`${truth} ${told}`, count]));
  const totals = found.classes.map(() => 0);
  for (const [truth, , count] of found.confusion) totals[truth] += count;
  const cell = (truth, told) => {
    const count = counts.get(`${truth} ${told}`) ?? 0;
    const made = element("td", { class: truth === told ? "right" : count ? "wrong" : null }, count ? String(count) : "");
    made.style.setProperty("--share", count / (totals[truth] || 1));
    made.title = `${found.classes[truth]} told as ${found.classes[told]}: ${count}`;
    return made;
  };
  const heads = chosen.map((told) => element("th", { scope: "col" }, element("span", {}, found.classes[told])));
  const rows = chosen.map((truth) => element("tr", {},
    element("th", { scope: "row" }, found.classes[truth]), ...chosen.map((told) => cell(truth, told))));
  const corner = element("td", { class: "corner" }, "true ↓ told →");
  const text = many ? `the ${MOST_CLASSES} classes of ${found.classes.length} that are confused most` : "clips by true and told class";
  return figure([element("b", {}, "Confusion. "), capital(`${text}; the shade is the share of the true class.`)],
    scrolling(`Confusion matrix${where}`, element("table", { class: "confusion" },
      element("thead", {}, element("tr", {}, corner, ...heads)), element("tbody", {}, ...rows))));
};

const pairsOf = (found, where) => {
  if (found.pairs.length === 0) return null;
  const rows = found.pairs.slice(0, 10).map(([truth, told, count, share]) => [truth, told, String(count), percent(share)]);
  return figure(element("b", {}, "Most confused pairs."),
    tableOf(`Most confused pairs${where}`, ["true", "told", "clips", "of the class"], rows, [0, 1]));
};
