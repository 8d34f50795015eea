// Keeps an open page honest: ages count on, the drawing follows, and a lost connection is said. On
// a page without a stream it brings the present page into view among the links to all.
// All words come from the page.
(() => {
  "use strict";
  const root = document.documentElement;
  const SILENT_MS = 45000; // three beats of the stream
  const lost = document.getElementById("lost");
  let offset = Number(root.dataset.now) - Date.now(); // the gateway's clock is the one that counts
  let heard = Date.now();
  root.classList.add("script");
  const current = document.querySelector("nav [aria-current]");
  if (current) current.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a narrow phone

  const now = () => Date.now() + offset;

  const age = (ms) => {
    const s = Math.max(Math.floor(ms / 1000), 0);
    const [name, n] = s < 60 ? ["ageS", s] : s < 3600 ? ["ageMin", s / 60]
      : s < 86400 ? ["ageH", s / 3600] : ["ageD", s / 86400];
    return root.dataset[name].replace("{n}", Math.floor(n));
  };

  const tick = () => {
    for (const time of document.querySelectorAll("time[data-age]")) {
      const text = age(now() - Number(time.dataset.age));
      if (time.textContent !== text) time.textContent = text;
    }
    if (lost && lost.hidden && Date.now() - heard > SILENT_MS) sayLost();
  };

  const sayLost = () => {
    const when = new Date(heard).toLocaleString(root.lang, { timeStyle: "short", dateStyle: "short" });
    lost.textContent = lost.dataset.lost.replace("{when}", when);
    lost.hidden = false;
  };

  const draw = (marks) => {
    const states = new Map();
    for (const state of ["unknown", "down"]) for (const id of marks[state]) states.set(id, state);
    for (const mark of document.querySelectorAll("use[data-device]")) {
      const href = "#" + (states.get(mark.dataset.device) || mark.dataset.up);
      if (mark.getAttribute("href") !== href) mark.setAttribute("href", href);
    }
    const watering = new Set(marks.watering);
    for (const plot of document.querySelectorAll("[data-plot]")) {
      plot.classList.toggle("on", watering.has(plot.dataset.plot));
    }
  };

  document.body.addEventListener("htmx:sseBeforeMessage", (message) => {
    const { type, data } = message.detail;
    if (type === "beat") {
      offset = Number(data) - Date.now();
      heard = Date.now();
      lost.hidden = true;
    } else if (type === "full") {
      lost.textContent = lost.dataset.full;
      lost.hidden = false;
    } else if (type === "marks") {
      draw(JSON.parse(data));
    } else {
      return;
    }
    message.preventDefault();
  });
  document.body.addEventListener("htmx:sseMessage", tick);
  document.body.addEventListener("htmx:sseError", () => { if (lost.hidden) sayLost(); });
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("click", (click) => {
    const mark = click.target.closest("use[data-device]");
    if (mark) location.href = "/devices/" + mark.dataset.device;
  });
  setInterval(tick, 1000);
  tick();
})();
