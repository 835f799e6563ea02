let ticks = 0;
console.log(`Worker ${process.env.DYNO} is at work`);
const timer = setInterval(() => console.log(`tick ${++ticks}`), Number(process.env.TICK_MS ?? 5000));

process.on('SIGTERM', () => {
  console.log(`SIGTERM received: finished after ${ticks} ticks`);
  clearInterval(timer);
});
