/**
 * The command line: one class per command, options that several commands share as mixins. Results go to standard output,
 * everything else to standard error. Exit codes: {@link vintk.cli.ExitCode}.
 */
package vintk.cli;
