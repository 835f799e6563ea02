import {request as httpRequest} from 'node:http';
import {request as httpsRequest} from 'node:https';

export interface PostAnswer {
  status: number;
}

/** Posts a body and waits for the answer's status, at most `timeoutMs`. Its body is thrown away. */
export function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const call = send(url, {method: 'POST', headers: {...headers, 'content-length': Buffer.byteLength(body)}});
    const timer = setTimeout(() => call.destroy(new Error('timeout')), timeoutMs);
    call.on('response', (response) => {
      response.resume();
      response.once('end', () => clearTimeout(timer));
      resolve({status: response.statusCode ?? 0});
    });
    call.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    call.end(body);
  });
}
