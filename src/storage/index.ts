export { FolderInUseError } from './folder-lock';
export { JournalError } from './journal';
