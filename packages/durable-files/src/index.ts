// Folders that every part of the system makes the same way, and whose names are there after a power cut.
export { makeFolder, syncFolder } from './folders.ts';
