// The charts: each is drawn when it comes into view, by a library that is read when the first one does.

const library = () => {
  if (window.vegaEmbed === undefined) {
    const script = element("script");
    script.textContent = read("charts-library");
    document.head.append(script);
  }
  return window.vegaEmbed;
};

const drawChart = (place) =>
  library()(place, read(place.dataset.chart), { config: read("charts-config"), ast: true, renderer: "svg", actions: false });

// Paper has no view to come into: what is missing is drawn before it is printed.
const watchCharts = () => {
  const left = new Set(document.querySelectorAll("[data-chart]"));
  const draw = (place) => {
    seen.unobserve(place);
    if (left.delete(place)) drawChart(place);
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) draw(entry.target);
  }, { rootMargin: "300px" });
  for (const place of left) seen.observe(place);
  addEventListener("beforeprint", () => left.forEach(draw));
};
