// What every page does when scripts run: put the reader where the news is. Without scripts each page still works.
(() => {
  "use strict";
  const focusNews = (root) => {
    const news = root.querySelector("[data-focus]");
    if (news) news.focus();
  };
  focusNews(document);
  document.addEventListener("htmx:afterSwap", (event) => focusNews(event.target));

  const say = () => {
    const status = document.getElementById("status");
    if (status) status.textContent = status.dataset.failed;
  };
  document.addEventListener("htmx:responseError", say);
  document.addEventListener("htmx:sendError", say);
})();
