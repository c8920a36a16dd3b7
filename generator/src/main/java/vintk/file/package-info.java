/** Files that are files, there whole or not at all, and text that is text. */
package vintk.file;
