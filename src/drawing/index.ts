export { drawingPad } from './drawing-pad';
