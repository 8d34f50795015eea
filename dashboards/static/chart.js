// Draws the chart of a device page from the data that its address gives: nights shaded, gaps
// hatched, events as dashed lines. All words come from the page.
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
  // As the rest of the page writes them.
  const figure = (v) => (lang === "vi" ? number.format(v).replace(/\./g, "\u00a0") : number.format(v)).replace("-", "−");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let plot = null;

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
    for (const gap of data.gaps) span(gap, (x, width) => {
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

  // A value between two gaps has no line: it is a dot.
  const alone = (u, series) => {
    const values = u.data[series];
    return values.flatMap((v, i) => (v !== null && values[i - 1] == null && values[i + 1] == null ? [i] : []));
  };

  // Events, and what a gap cost, above the curves; a text that finds no free row is left out.
  const marks = (data) => (u) => {
    const { ctx, bbox } = u;
    const scale = devicePixelRatio;
    const right = bbox.left + bbox.width;
    const rows = [0, 0, 0].map(() => bbox.left);
    ctx.save();
    ctx.font = 13 * scale + "px " + getComputedStyle(document.body).fontFamily;
    ctx.textBaseline = "top";
    const write = (text, from) => {
      const width = ctx.measureText(text).width;
      const x = Math.min(from, right - width);
      const row = rows.findIndex((end) => end <= x);
      if (row < 0) return;
      rows[row] = x + width + 8 * scale;
      ctx.globalAlpha = 0.85;
      ctx.fillStyle = colour("--paper");
      ctx.fillRect(x - 2 * scale, bbox.top + row * 18 * scale, width + 4 * scale, 17 * scale);
      ctx.globalAlpha = 1;
      ctx.fillStyle = ctx.strokeStyle;
      ctx.fillText(text, x, bbox.top + (row * 18 + 2) * scale);
    };
    const texts = [];
    ctx.strokeStyle = colour("--down");
    ctx.lineWidth = 1.5 * scale;
    ctx.setLineDash([5 * scale, 4 * scale]);
    for (const [at, text] of data.events) {
      const x = u.valToPos(at, "x", true);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      texts.push([x + 5 * scale, "✕ " + time.format(at * 1000) + " " + text, "--down"]);
    }
    for (const [from, to, text] of data.gaps) {
      const middle = (u.valToPos(from, "x", true) + u.valToPos(to, "x", true)) / 2;
      if (text) texts.push([middle - ctx.measureText(text).width / 2, text, "--unknown"]);
    }
    for (const [x, text, name] of texts.sort((a, b) => a[0] - b[0])) {
      ctx.strokeStyle = colour(name);
      write(text, x);
    }
    ctx.restore();
  };

  const options = (data) => {
    const long = data.times[data.times.length - 1] - data.times[0] > 4 * DAY_S;
    const font = "13px " + getComputedStyle(document.body).fontFamily;
    const axis = { stroke: colour("--quiet"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const when = (at) => (long || time.format(at * 1000) === "00:00" || time.format(at * 1000) === "24:00" ? day : time).format(at * 1000);
    const scale = (i) => (i && data.curves[i].unit !== data.curves[0].unit ? "right" : "left");
    const axes = [{ ...axis, values: (u, at) => at.map(when), space: 60 }];
    const wide = (u, texts) => Math.max(54, 14 + 8 * Math.max(0, ...(texts || []).map((text) => text.length)));
    data.curves.forEach((curve, i) => {
      if (i && scale(i) === "left") return;
      axes.push({ ...axis, scale: scale(i), side: i ? 1 : 3, size: wide, grid: i ? { show: false } : axis.grid,
        values: (u, values) => values.map(figure) });
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
          points: { show: true, size: 5, filter: alone }, paths: curve.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
          value: (u, v) => (v === null || v === undefined ? "–" : figure(v) + " " + curve.unit),
        })),
      ],
      axes,
      hooks: { drawClear: [background(data)], draw: [marks(data)] },
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
