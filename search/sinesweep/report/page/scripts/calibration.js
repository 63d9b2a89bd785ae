// Calibration of a classifier, and of a regression its answers against the truth.

const calibrationOf = (found, where) => {
  if (found.calibration === null || found.calibration.bins.length === 0) return null;
  const most = Math.max(...found.calibration.bins.map((bin) => bin[2]));
  const points = found.calibration.bins.map(([sure, right, count]) => [sure, right, 2.5 + 6 * Math.sqrt(count / most)]);
  const drawn = plot({
    label: `Calibration${where}: the share that is right by confidence`,
    lines: [{ points: [[0, 0], [1, 1]], kind: "baseline" }, { points, kind: "best" }],
    dots: [{ points, kind: "dot" }],
    x: [0, 1],
    y: [0, 1],
    below: "confidence",
    show: (value) => percent(value),
  });
  const told = capital(found.calibration.told.replace(/^calibration: /, ""));
  return figure([element("b", {}, "Calibration. "),
    `The share that is right, by confidence; on the dashed line both are the same. ${told}.`], drawn);
};

const residualsOf = (found, where) => {
  if (found.residuals === null) return null;
  const { points, bias, deviation, median, percentile90 } = found.residuals;
  const truths = points.map((point) => point[0]);
  const ends = [Math.min(...truths), Math.max(...truths)];
  const drawn = plot({
    label: `Answers against the truth${where}`,
    lines: [{ points: ends.map((end) => [end, end]), kind: "baseline" }],
    dots: [{ points: points.map(([truth, told]) => [truth, told, 2]), kind: "trial" }],
    below: "truth",
    show: (value) => String(Number(value.toPrecision(3))),
  });
  return figure([element("b", {}, "Answers against the truth. "),
    `Bias ${bias}, standard deviation ${deviation}; half of the answers are at most ${median} off, nine in ten ${percentile90}.`], drawn);
};
