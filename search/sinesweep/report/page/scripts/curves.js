// Learning curves: a line a fold, epoch by epoch.

const pointsOf = (curve) => curve.map((value, i) => [i + 1, value]).filter((point) => point[1] !== null);
const linesAt = (curves, place) => curves.lines[place].map(pointsOf).filter((points) => points.length > 1);
const showing = (curves) => (value) =>
  curves.name === trials.objective && trials.percent ? percent(value, Number.isInteger(Number((100 * value).toPrecision(12))) ? 0 : 1) : String(Number(value.toPrecision(3)));

// The mean of the folds, as far as all of them go.
const meanCurve = (lines) => {
  const epochs = Math.min(...lines.map((points) => points.length));
  return Array.from({ length: epochs }, (_, i) => [i + 1, lines.reduce((sum, points) => sum + points[i][1], 0) / lines.length]);
};

const legend = (entries) =>
  element("ul", { class: "legend" }, ...entries.map(([kind, text]) =>
    element("li", {}, shape("svg", { viewBox: "0 0 24 6", "aria-hidden": "true" },
      shape("line", { class: kind, x1: 0, x2: 24, y1: 3, y2: 3 })), ` ${text}`)));

// The objective in one picture, both losses in another.
const learningCurves = (place) => {
  const isLoss = (curves) => /loss$/.test(curves.name) && curves.name !== trials.objective;
  const pictures = [trials.curves.filter((curves) => !isLoss(curves)), trials.curves.filter(isLoss)];
  return pictures.map((these) => curvePicture(these, place)).filter((each) => each !== null);
};

const curvePicture = (these, place) => {
  const kinds = ["fold", "second"];
  const lines = these.flatMap((curves, i) =>
    linesAt(curves, place).map((points, fold) => ({ points, kind: kinds[i], title: `${curves.title}, fold ${fold + 1}` })));
  if (lines.length === 0) return null;
  const folds = Math.max(...these.map((curves) => linesAt(curves, place).length));
  const text = `${these.map((curves) => curves.title).join(" and ")} by epoch${folds > 1 ? ", a line a fold" : ""}`;
  const drawn = plot({ label: `${called(place)}: ${text}`, lines, below: "epoch", show: showing(these[0]) });
  return figure(capital(text), drawn, these.length > 1 ? legend(these.map((curves, i) => [kinds[i], curves.title])) : "");
};

const curvesTogether = (curves, these) => {
  const known = these.filter((place) => linesAt(curves, place).length > 0);
  if (known.length === 0) return "";
  const lines = known.map((place, i) => ({
    points: meanCurve(linesAt(curves, place)), kind: `of-${i + 1}`, title: called(place) }));
  const drawn = plot({ label: `${curves.title} of the chosen trials`, lines, below: "epoch", show: showing(curves) });
  return figure(capital(`${curves.title} by epoch`), drawn, legend(known.map((place, i) => [`of-${i + 1}`, called(place)])));
};

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
