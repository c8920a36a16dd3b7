/** Files that are files, and there whole or not at all. */
package vintk.file;
