import {createServer} from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({message: 'Hello from an image', dyno: process.env.DYNO, built_with: process.env.BUILT_WITH}) + '\n');
});
server.listen(process.env.PORT ?? 3000, () => console.log(`Listening on port ${server.address().port}`));
process.on('SIGTERM', () => server.close());
