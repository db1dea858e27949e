/**
 * One hand on the keyboard: Enter goes to the next field, Shift+Enter back, at the end of a row of items to a new one; function keys
 * do the rest. Buttons keep their own Enter.
 */
export function wireKeys(
  form: HTMLElement,
  actions: Readonly<Record<string, () => void>>,
  atRowEnd: (control: HTMLElement) => boolean,
): void {
  form.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.key !== "Enter" || event.isComposing || !(target instanceof HTMLElement)) return;
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    event.preventDefault();
    if (!event.shiftKey && atRowEnd(target)) return;
    step(form, target, event.shiftKey ? -1 : 1);
  });
  const onKey = (event: KeyboardEvent): void => {
    if (!form.isConnected) {
      document.removeEventListener("keydown", onKey);
      return;
    }
    const action = actions[event.key];
    if (action === undefined || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (!event.repeat) action();
  };
  document.addEventListener("keydown", onKey);
}

function step(form: HTMLElement, from: HTMLElement, by: 1 | -1): void {
  const all = [...form.querySelectorAll<HTMLElement>("input, select, button")].filter(
    (each) => each.checkVisibility() && !each.hasAttribute("disabled") && !("skip" in each.dataset),
  );
  const next = all[all.indexOf(from) + by];
  next?.focus();
  if (next instanceof HTMLInputElement && next.type === "text") next.select();
}
