// The workbench with scripts: on a wide screen "Compare" opens beside the list instead of on a page of its own, the focus stays where the
// hands are, and all rows can be selected at once. Each thing here only shortens a link or a form that works without it.
(() => {
  "use strict";
  const beside = document.getElementById("beside");
  if (!beside) return;
  const wide = window.matchMedia("(min-width: 75rem)");
  let opener = null;  // the id of the link to go back to

  const show = (address) => window.htmx.ajax("GET", address, { target: "#beside", swap: "innerHTML" });
  const shown = () => beside.firstElementChild;
  const mark = () => {
    for (const row of document.querySelectorAll(".wb-open")) row.classList.remove("wb-open");
    const row = shown() && document.getElementById(`row-${shown().dataset.row}`);
    if (row) row.classList.add("wb-open");
  };
  const close = () => {
    beside.replaceChildren();
    mark();
    const link = opener && document.getElementById(opener);
    if (link) link.focus();
  };
  const isPlain = (event) => wide.matches && !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-beside], a[data-close]");
    if (!link || !isPlain(event)) return;
    event.preventDefault();
    if ("close" in link.dataset) return close();
    const row = link.closest(".wb-row");
    if (row) opener = row.id.replace("row-", "compare-");
    show(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("beside" in form.dataset) || !wide.matches) return;
    event.preventDefault();
    show(`${form.action}?${new URLSearchParams(new FormData(form))}`);
  });
  beside.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  // A decision changes rows; what stands beside them is read again, and a focus that is in the list stays there.
  let again = false;
  let keep = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    if (event.target === beside) keep = again && active !== document.body && !beside.contains(active) ? active : null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== beside) return;
    mark();
    const row = document.querySelector(".wb-open");
    if (keep) keep.focus();
    else beside.scrollTop = 0;
    if (row && !again) row.scrollIntoView({ block: "nearest" });  // the list has just become narrower, and longer
    again = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail;
    if (!successful || requestConfig.verb !== "post") return;
    const row = requestConfig.elt.closest(".wb-row");  // by now out of the page, with the old row around it
    if (row && document.activeElement === document.body) {
      const link = document.getElementById(row.id.replace("row-", "compare-"));
      if (link) link.focus();
    }
    if (!shown()) return;
    again = true;
    show(shown().dataset.again);
  });

  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => { for (const box of document.querySelectorAll("input[name=pair]")) box.checked = true; });
  }
})();
