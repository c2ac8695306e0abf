// Shows everything, and again when the width changes.

main.replaceChildren();
showHead();
showViolations();
showAnomalies();
showLatency();
showThroughput();
showLanes();
showKinds();
showLamport();
showFaults();
let repainting = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(repainting);
  repainting = requestAnimationFrame(() => painters.forEach((repaint) => repaint()));
});
