// The command goes to the clipboard; where a browser keeps that shut, it is selected.

const offerCopy = () => {
  const button = byId("copy");
  if (button === null) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const command = byId("command");
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(command);
      button.textContent = "Selected: press Ctrl-C";
    }
  });
};
