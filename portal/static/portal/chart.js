// Hands the line charts of a rollout to uPlot: values under the pointer and zoom by dragging.
(() => {
  const shown = new Map();
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const moments = (plot, ticks, axis, space, step) => ticks.map((at) => (step < 60 ? exact : clock).format(at * 1000));
  const exact = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Tokens are written with light-dark(), which a canvas does not know: let the browser resolve them.
  function colour(name) {
    const probe = document.createElement("span");
    probe.className = `probe-${name}`;
    probe.style.color = token(`--${name}`);
    probe.hidden = true;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }
  const tones = { canary: "lapis", baseline: "stale", stale: "stale", good: "verdigris", fair: "ochre-fill", poor: "terracotta" };

  function lines(data) {
    return (plot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.setLineDash([4, 4]);
      ctx.font = `${11 * devicePixelRatio}px ${token("--font")}`;
      ctx.fillStyle = colour("mute");
      const draw = (x1, y1, x2, y2, tone) => {
        ctx.strokeStyle = colour(tone);
        ctx.beginPath();
        ctx.moveTo(x1, y1);
        ctx.lineTo(x2, y2);
        ctx.stroke();
      };
      const ends = []; // where the last label of each row of labels ends
      for (const marker of data.markers) {
        const x = plot.valToPos(marker.x, "x", true);
        if (x < bbox.left || x > bbox.left + bbox.width) continue;
        const late = x > bbox.left + bbox.width * 0.75;
        draw(x, bbox.top, x, bbox.top + bbox.height, "mute");
        const width = ctx.measureText(marker.label).width + 12 * devicePixelRatio;
        const start = late ? x - width : x;
        let row = ends.findIndex((end) => end <= start);
        if (row < 0) row = ends.length;
        ends[row] = start + width;
        ctx.textAlign = late ? "right" : "left";
        ctx.fillText(marker.label, x + (late ? -4 : 4) * devicePixelRatio, bbox.top + (10 + 13 * row) * devicePixelRatio);
      }
      for (const limit of data.limits) {
        const y = plot.valToPos(limit.y, "y", true);
        if (y < bbox.top || y > bbox.top + bbox.height) continue;
        draw(bbox.left, y, bbox.left + bbox.width, y, tones[limit.css] || "terracotta");
        ctx.textAlign = "right";
        ctx.fillText(limit.label, bbox.left + bbox.width, y - 5 * devicePixelRatio);
      }
      ctx.restore();
    };
  }

  function options(box, data) {
    const mute = colour("mute");
    const grid = { stroke: colour("line"), width: 1 };
    const axis = { stroke: mute, font: `11px ${token("--font")}`, grid, ticks: { show: false } };
    const unit = data.unit ? `\u202f${data.unit}` : "";
    const write = (value) => (value == null ? "–" : `${Number(value.toPrecision(3))}${unit}`);
    return {
      width: box.clientWidth,
      height: 200,
      legend: { live: true },
      cursor: { points: { size: 6 } },
      scales: { y: { range: (plot, low, high) => [Math.min(0, low), (high || 1) * 1.08] } },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: 70, values: moments },
        { ...axis, size: 52, values: (plot, ticks) => ticks.map(write) },
      ],
      series: [
        { label: "Time", value: (plot, at) => (at == null ? "–" : exact.format(at * 1000)) },
        ...data.series.map((series) => ({
          label: series.label,
          stroke: colour(tones[series.css] || "lapis"),
          width: 1.6,
          spanGaps: true,
          points: { show: false },
          value: (plot, value) => write(value),
        })),
      ],
      hooks: { draw: [lines(data)] },
    };
  }

  function mount(box) {
    const source = document.getElementById(box.dataset.uplot);
    if (!source || !window.uPlot || box.clientWidth < 240) return;
    const data = JSON.parse(source.textContent);
    if (data.x.length < 2) return;
    const plot = new window.uPlot(options(box, data), [data.x, ...data.y], (made, start) => {
      box.replaceChildren(made.root);
      start();
    });
    plot.root.setAttribute("role", "img");
    plot.root.setAttribute("aria-label", data.label);
    shown.set(box, plot);
  }

  function refresh() {
    for (const [box, plot] of shown) {
      if (box.isConnected) continue;
      plot.destroy();
      shown.delete(box);
    }
    document.querySelectorAll("[data-uplot]").forEach((box) => shown.has(box) || mount(box));
  }
  function redraw() {
    for (const [box, plot] of [...shown]) {
      plot.destroy();
      shown.delete(box);
      mount(box);
    }
  }

  refresh();
  document.addEventListener("htmx:afterSettle", refresh);
  document.addEventListener("themechange", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  let timer = 0;
  window.addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => shown.forEach((plot, box) => plot.setSize({ width: box.clientWidth, height: 200 })), 100);
  });
})();
