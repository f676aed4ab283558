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

  // A page that waits for a job looks again by itself; without scripts its link does the same.
  const again = document.querySelector("a[data-refresh]");
  if (again) window.setTimeout(() => window.location.replace(again.href), 2000);
})();
