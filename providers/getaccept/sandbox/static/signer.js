// Keeps choices at once, tells when the last page was reached, and takes a drawn signature.
"use strict";

const base = document.body.dataset.base;

function post(path, body) {
  return fetch(base + path, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
}

const boxes = document.querySelector("#boxes");
if (boxes) {
  const words = boxes.querySelector("[role=status]");
  boxes.addEventListener("change", async () => {
    const answer = await post("/boxes", new FormData(boxes)).catch(() => null);
    words.textContent = answer && answer.ok ? words.dataset.kept : words.dataset.lost;
  });
}

for (const image of document.querySelectorAll(".paper img")) {
  const shown = () => image.classList.add("loaded");
  if (image.complete) shown(); else image.addEventListener("load", shown);
}

const last = document.querySelector(".paper:last-of-type img");
if (last && document.body.dataset.read === "no") {
  const watcher = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) {
      watcher.disconnect();
      post("/read");
    }
  }, { threshold: 0.25 });
  watcher.observe(last);
}

for (const link of document.querySelectorAll("#files a")) {
  const must = link.parentElement.querySelector(".must");
  if (must) link.addEventListener("click", () => {
    must.textContent = document.querySelector("#files").dataset.seen;
    must.classList.replace("must", "done");
  });
}

const pad = document.querySelector(".pad");
if (pad) {
  const held = document.querySelector("#strokes");
  const pen = pad.getContext("2d");
  const strokes = [];
  document.querySelector("#drawing").hidden = false;
  const scale = window.devicePixelRatio || 1;
  pad.width = pad.clientWidth * scale;
  pad.height = pad.clientHeight * scale;
  const draw = () => {
    pen.clearRect(0, 0, pad.width, pad.height);
    pen.lineWidth = 2.6 * scale;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#12304a";
    for (const stroke of strokes) {
      pen.beginPath();
      stroke.forEach(([x, y], index) => pen[index ? "lineTo" : "moveTo"](x * scale, y * scale));
      pen.stroke();
    }
    held.value = strokes.length ? JSON.stringify(strokes) : "";
  };
  const point = (event) => [Math.round(event.offsetX), Math.round(event.offsetY)];
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    strokes.push([point(event)]);
  });
  pad.addEventListener("pointermove", (event) => {
    if (pad.hasPointerCapture(event.pointerId)) {
      strokes.at(-1).push(point(event));
      draw();
    }
  });
  document.querySelector("#undo").addEventListener("click", () => { strokes.pop(); draw(); });
}
