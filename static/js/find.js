// Suggests names while someone types; without it the server looks the name up when the form is sent.
(() => {
  "use strict";
  for (const box of document.querySelectorAll("input[data-find]")) {
    const list = document.createElement("datalist");
    list.id = `${box.id}_list`;
    box.after(list);
    box.setAttribute("list", list.id);
    const chosen = box.parentElement.querySelector("input[type=hidden]");
    let timer = 0;
    box.addEventListener("input", () => {
      if (chosen) chosen.value = "";
      window.clearTimeout(timer);
      if (box.value.trim().length < 2) return;
      timer = window.setTimeout(async () => {
        const answer = await fetch(box.dataset.find + encodeURIComponent(box.value.trim()));
        if (!answer.ok) return;
        const { results } = await answer.json();
        list.replaceChildren(...results.map(({ text }) => new Option(text, text)));
      }, 250);
    });
  }
})();
