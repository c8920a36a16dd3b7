/**
 * Rankings for people and for programs: a table for the terminal, a page for a browser, and CSV, JSON and JSON lines for files.
 *
 * <p>Every format lists models best first and those without a score last, with status and reason in place of a number. Columns
 * and keys have a fixed order, so the same ranking gives the same bytes (but for the seconds it took).
 * {@link vintk.report.ReportFormat} chooses a format by the file's extension and writes whole files or none;
 * {@link vintk.report.ResultsFile} reads any of them but the page back, as far as a correlation needs it.
 */
package vintk.report;
