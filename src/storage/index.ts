export { FolderInUseError } from './folder-lock';
export { JournalError } from './journal';
export { WriteError } from './write-error';
