// Columns: which of them the table has.

const shownColumns = () => columns.filter((column) => view.columns.has(column.name));

const columnSwitch = (column) => {
  const box = element("input", {
    type: "checkbox",
    change: () => {
      if (box.checked) view.columns.add(column.name);
      else view.columns.delete(column.name);
      drawTable();
    },
  });
  box.checked = view.columns.has(column.name);
  return element("li", {}, element("label", {}, box, ` ${column.title}`));
};

const columnChooser = () => {
  const list = (title, these) => these.length
    ? element("fieldset", {}, element("legend", {}, title), element("ul", {}, ...these.map(columnSwitch))) : null;
  return element("details", { class: "chooser" },
    element("summary", {}, "Columns"),
    element("div", {}, list("Results", trials.columns.filter((column) => column.name !== "trial")), list("Settings", settings)));
};
