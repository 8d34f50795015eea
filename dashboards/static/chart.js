// Draws the chart of a device page from the data that its address gives: nights shaded, gaps
// hatched. All words come from the page.
(() => {
  "use strict";
  const place = document.getElementById("plot");
  if (!place) return;
  const REFRESH_MS = 60000;
  const DAY_S = 86400;
  const lang = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const zone = place.dataset.zone;
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
  const time = new Intl.DateTimeFormat(lang, { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });
  const day = new Intl.DateTimeFormat(lang, { timeZone: zone, day: "numeric", month: "numeric" });
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let plot = null;

  // Times without any value, from the last one before to the first one after.
  const gapsOf = (data) => {
    const found = [];
    let start = null;
    data.times.forEach((at, i) => {
      const empty = data.curves.every((curve) => curve.values[i] === null);
      if (empty && start === null) start = at;
      if (!empty && start !== null) { found.push([start, at]); start = null; }
    });
    const step = data.times[1] - data.times[0];
    const last = data.times[data.times.length - 1];
    if (start !== null && last - start >= step) found.push([start, last]);
    return found;
  };

  const background = (data) => (u) => {
    const { ctx, bbox } = u;
    const span = ([from, to], paint) => {
      const left = Math.max(u.valToPos(from, "x", true), bbox.left);
      const right = Math.min(u.valToPos(to, "x", true), bbox.left + bbox.width);
      if (right > left) paint(left, right - left);
    };
    ctx.save();
    ctx.fillStyle = colour("--ink");
    ctx.globalAlpha = 0.06;
    for (const night of data.nights) span(night, (x, width) => ctx.fillRect(x, bbox.top, width, bbox.height));
    ctx.globalAlpha = 0.6;
    ctx.strokeStyle = colour("--unknown");
    for (const gap of gapsOf(data)) span(gap, (x, width) => {
      ctx.save();
      ctx.beginPath();
      ctx.rect(x, bbox.top, width, bbox.height);
      ctx.clip();
      ctx.beginPath();
      for (let at = x - bbox.height; at < x + width; at += 12) {
        ctx.moveTo(at, bbox.top + bbox.height);
        ctx.lineTo(at + bbox.height, bbox.top);
      }
      ctx.stroke();
      ctx.restore();
    });
    ctx.restore();
  };

  const options = (data) => {
    const long = data.times[data.times.length - 1] - data.times[0] > 4 * DAY_S;
    const font = "13px " + getComputedStyle(document.body).fontFamily;
    const axis = { stroke: colour("--quiet"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const when = (at) => (long || time.format(at * 1000) === "00:00" || time.format(at * 1000) === "24:00" ? day : time).format(at * 1000);
    const scale = (i) => (i && data.curves[i].unit !== data.curves[0].unit ? "right" : "left");
    const axes = [{ ...axis, values: (u, at) => at.map(when), space: 60 }];
    data.curves.forEach((curve, i) => {
      if (i && scale(i) === "left") return;
      axes.push({ ...axis, scale: scale(i), side: i ? 1 : 3, size: 54, grid: i ? { show: false } : axis.grid,
        values: (u, values) => values.map((v) => number.format(v)) });
    });
    const colours = [colour("--up"), colour("--water")];
    return {
      width: place.clientWidth, height: Math.max(220, Math.min(320, place.clientWidth * 0.4)),
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone),
      scales: { x: { time: true } },
      cursor: { y: false },
      series: [
        { value: (u, at) => (at === null ? "–" : day.format(at * 1000) + " " + time.format(at * 1000)), label: place.dataset.time },
        ...data.curves.map((curve, i) => ({
          label: curve.label, scale: scale(i), stroke: colours[i], width: 2, spanGaps: false,
          points: { show: false }, paths: curve.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
          value: (u, v) => (v === null || v === undefined ? "–" : number.format(v) + " " + curve.unit),
        })),
      ],
      axes,
      hooks: { drawClear: [background(data)] },
    };
  };

  const draw = (data) => {
    if (plot) plot.destroy();
    place.textContent = "";
    plot = new uPlot(options(data), [data.times, ...data.curves.map((curve) => curve.values)], place);
  };

  let last = null;
  const load = async () => {
    try {
      const answer = await fetch(place.dataset.url);
      if (!answer.ok) throw new Error(answer.statusText);
      last = await answer.json();
      draw(last);
    } catch {
      if (!last) place.textContent = place.dataset.failed;
    }
  };

  const redraw = () => last && draw(last);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new ResizeObserver(() => { if (plot && plot.width !== place.clientWidth) redraw(); }).observe(place);
  setInterval(() => { if (!document.hidden) load(); }, REFRESH_MS);
  load();
})();
