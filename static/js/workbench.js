// Progressive enhancement of the workbench: on a wide screen "Compare" opens in a panel beside the list, keyboard
// focus survives htmx swaps, and all rows can be selected at once. Every link and form also works without scripts.
(() => {
  "use strict";
  const panel = document.getElementById("panel");
  if (!panel) return;
  const wide = window.matchMedia("(min-width: 75rem)");
  let opener = null;  // the id of the link to go back to

  const show = (address) => window.htmx.ajax("GET", address, { target: "#panel", swap: "innerHTML" });
  const unfold = (link) => window.htmx.ajax("GET", link.href.split("#")[0], { target: link, swap: "outerHTML" });
  const content = () => panel.firstElementChild;
  const mark = () => {
    for (const row of document.querySelectorAll(".wb-open")) row.classList.remove("wb-open");
    const row = content() && document.getElementById(`row-${content().dataset.row}`);
    if (row) row.classList.add("wb-open");
  };
  const close = () => {
    panel.replaceChildren();
    mark();
    const link = opener && document.getElementById(opener);
    if (link) link.focus();
  };
  const isPlain = (event) => !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel], a[data-close], a[data-unfold]");
    if (!link || !isPlain(event) || !(wide.matches || "unfold" in link.dataset)) return;
    event.preventDefault();
    if ("unfold" in link.dataset) return unfold(link);
    if ("close" in link.dataset) return close();
    const row = link.closest(".wb-row");
    if (row) opener = row.id.replace("row-", "compare-");
    show(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id === "decide") {  // of the buttons of all rows
      event.preventDefault();
      window.htmx.ajax("POST", event.submitter.formAction, { source: event.submitter, swap: "none" });
    }
    if (!("panel" in form.dataset) || !wide.matches) return;
    event.preventDefault();
    show(`${form.action}?${new URLSearchParams(new FormData(form))}`);
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  // A decision changes rows: reload the panel, and keep the focus if it is in the list.
  let reloading = false;
  let keepFocus = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    if (event.target === panel) keepFocus = reloading && active !== document.body && !panel.contains(active) ? active : null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== panel) return;
    mark();
    const row = document.querySelector(".wb-open");
    if (keepFocus) keepFocus.focus();
    else panel.scrollTop = 0;
    if (row && !reloading) row.scrollIntoView({ block: "nearest" });  // the list has just become narrower and longer
    reloading = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail;
    if (!successful || requestConfig.verb !== "post") return;
    if (event.detail.xhr.getResponseHeader("HX-Trigger") === "form-kept") return;  // with what was typed
    const row = requestConfig.elt.closest(".wb-row");  // detached by now, together with the old row
    if (row && document.activeElement === document.body) {
      const link = document.getElementById(row.id.replace("row-", "compare-"));
      if (link) link.focus();
    }
    if (!content()) return;
    reloading = true;
    show(content().dataset.reload);
  });

  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => { for (const box of document.querySelectorAll("input[name=pair]")) box.checked = true; });
  }
})();
