// What a trial got right and wrong, class by class and group by group; `where` tells one examination from another.

const examinationOf = (found, where = "") =>
  [confusionOf, pairsOf, classesOf, groupsOf, calibrationOf, residualsOf]
    .map((part) => part(found, where)).filter((each) => each !== null);

const testedOf = (found) => {
  if (found === null) return [];
  const told = `${found.clips.toLocaleString("en")} clips, sealed until the winner was known: a fair estimate, and no guide to settings.`;
  return [element("h3", {}, "On the test part"), element("p", { class: "soft" }, told),
    element("div", { class: "charts" }, ...examinationOf(found, " on the test part"))];
};

const classesOf = (found, where) => {
  if (found.perClass.length === 0) return null;
  const worst = found.perClass.slice().sort((one, other) => (one[3] ?? -1) - (other[3] ?? -1));
  const rows = worst.map(([name, precision, recall, f1, count, told]) =>
    [name, ...[precision, recall, f1].map((share) => percent(share)), String(count), told ? String(told) : "never"]);
  const never = worst.filter((each) => each[5] === 0 && each[4] > 0).map((each) => each[0]);
  const note = never.length ? ` Never told: ${never.slice(0, 10).join(", ")}${never.length > 10 ? ", …" : ""}.` : "";
  return figure([element("b", {}, "Class by class, "), `the worst first.${note}`],
    tableOf(`Class by class${where}`, ["class", "precision", "recall", "F1", "clips", "told"], rows));
};

const groupsOf = (found, where) => {
  if (found.groups.length === 0) return null;
  const rows = found.groups.map((group) =>
    [group.name, group.shown, group.around, String(group.clips), group.fails ? "worse than the rest" : ""]);
  return figure([element("b", {}, "Group by group, "), "the worst first; what is marked is worse than the rest, and not by chance."],
    tableOf(`Group by group${where}`, ["group", found.groupsBy.title, "95 % interval", "clips", "remark"], rows, [0, 4]));
};
