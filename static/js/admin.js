// Django's tables of inlines leave the heads of their first and last column empty; a reader's table navigation needs a word there.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  for (const head of document.querySelectorAll(".tabular thead th:empty, .tabular thead th.original")) {
    const word = document.createElement("span");
    word.className = "visually-hidden";
    word.textContent = head.classList.contains("original") ? words.row : words.remove;
    head.append(word);
  }

  // On a phone a list of rows becomes a list of cards; each cell then says what it is (admin.css). Without scripts the table scrolls.
  const list = document.getElementById("result_list");
  if (list) {
    const names = [...list.tHead.rows[0].cells].map((head) => (head.querySelector(".text") || head).textContent.trim());
    for (const row of list.tBodies[0].rows) {
      [...row.cells].forEach((cell, place) => { if (cell.tagName === "TD" && names[place]) cell.dataset.label = names[place]; });
    }
    list.classList.add("wm-stacked");
  }
  // A page that waits for a job looks again by itself; without scripts its link does the same.
  const again = document.querySelector("a[data-refresh]");
  if (again) window.setTimeout(() => window.location.replace(again.href), 2000);
  // There the filters stand below the cards: folded, they are a short list to open.
  if (window.matchMedia("(max-width: 48rem)").matches) {
    for (const filter of document.querySelectorAll("#changelist-filter details[open]")) filter.open = false;
  }
})();
