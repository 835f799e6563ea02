import express from 'express';

const app = express();
app.disable('x-powered-by');

app.get('/', (request, response) => {
  response.json({
    message: process.env.MESSAGE ?? 'Hello from a dyno',
    dyno: process.env.DYNO,
    release: process.env.HEROKU_RELEASE_VERSION ?? null,
    request_id: request.get('X-Request-ID') ?? null,
  });
});

// What a router has to live with: slow answers, errors, crashes.
app.get('/slow/:ms', async (request, response) => {
  await new Promise((resolve) => setTimeout(resolve, Number(request.params.ms)));
  response.json({waited_ms: Number(request.params.ms), dyno: process.env.DYNO});
});
app.get('/error', () => {
  throw new Error('asked for');
});
app.get('/crash', (request, response) => {
  response.on('finish', () => process.exit(1));
  response.status(202).json({crashing: process.env.DYNO});
});

const server = app.listen(process.env.PORT ?? 3000, (error) => {
  if (error) throw error;
  console.log(`Listening on port ${server.address().port}`);
});

// A dyno has 30 seconds: answer what is under way, take nothing new.
process.on('SIGTERM', () => {
  console.log('SIGTERM received: closing');
  server.close(() => console.log('All requests answered, bye'));
  server.closeIdleConnections();
});
