/** The API's shapes, for commands: they may not reach past src/cli. */
export type * from '../client/shapes.js';
export type * from '../client/local-api.js';
export type * from '../client/space-api.js';
