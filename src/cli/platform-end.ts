export {waitForEnd} from '../client/platform-process.js';
