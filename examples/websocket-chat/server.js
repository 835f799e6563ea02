import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {WebSocketServer} from 'ws';

const page = readFileSync(new URL('public/index.html', import.meta.url));
const server = createServer((request, response) => {
  if (request.url !== '/') return response.writeHead(404).end('Not found\n');
  response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'}).end(page);
});

// Everybody connected to this dyno hears what anybody says; the first message tells which dyno it is.
const chat = new WebSocketServer({server, path: '/chat'});
chat.on('connection', (socket) => {
  console.log(`Joined: ${chat.clients.size} here`);
  socket.send(JSON.stringify({from: process.env.DYNO, text: `welcome, ${chat.clients.size} here`}));
  socket.on('message', (data) => {
    const text = JSON.stringify({from: process.env.DYNO, text: data.toString().slice(0, 1000)});
    for (const client of chat.clients) if (client.readyState === client.OPEN) client.send(text);
  });
  socket.on('close', () => console.log(`Left: ${chat.clients.size} here`));
  socket.on('error', (error) => console.error(`Socket: ${error.message}`));
});

// Silence of 55 seconds ends a connection at the router (H15): keep it warm.
const heartbeat = setInterval(() => chat.clients.forEach((client) => client.ping()), 25_000);

server.listen(process.env.PORT ?? 3000, () => console.log(`Listening on port ${server.address().port}`));

process.on('SIGTERM', () => {
  console.log('SIGTERM received: asking clients to reconnect');
  clearInterval(heartbeat);
  for (const client of chat.clients) client.close(1001, 'dyno restarts');
  server.close();
});
