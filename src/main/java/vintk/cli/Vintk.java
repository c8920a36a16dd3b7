package vintk.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import vintk.report.TextLayout;
import vintk.runtime.ModelException;

/** The program: {@code vintk COMMAND ...}. */
@Command(
        name = "vintk",
        mixinStandardHelpOptions = true,
        versionProvider = Vintk.Version.class,
        header = "Ranks vision models before training them, by their neural tangent kernel.",
        description = {
            "",
            "Takes any ONNX model, or makes candidate vision transformers; differentiates the graph by its"
                    + " weights; computes its kernel on Fourier-augmented inputs in ONNX Runtime; ranks by it."
        },
        footer = {
            "",
            "Exit codes: 0 ok, 1 some models failed, 2 usage, 3 nothing could be scored,",
            "129, 130 and 143 interrupted. Examples, with vintk for java -jar target/vintk.jar:",
            "",
            "  vintk rank autoformer-tiny --count 20        twenty candidates of a space",
            "  vintk rank models/                           all ONNX files of a folder",
            "  vintk rank --help                            everything about one command"
        },
        subcommands = {
            RankCommand.class,
            ScoreCommand.class,
            InspectCommand.class,
            KernelCommand.class,
            DifferentiateCommand.class,
            CheckGradientCommand.class,
            GenerateCommand.class,
            SpacesCommand.class,
            ReportCommand.class,
            CorrelateCommand.class,
            DevicesCommand.class
        })
public final class Vintk implements Runnable {
    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        Relaunch.keepingMemory(args);
        // Numbers look the same everywhere, whatever the machine's language.
        Locale.setDefault(Locale.ROOT);
        int code;
        try {
            code = commandLine().execute(args);
        } catch (OutOfMemoryError e) {
            System.err.println("vintk: the Java heap was full (" + e.getMessage()
                    + "); try fewer or smaller inputs, or java -Xmx");
            code = ExitCode.NOTHING_SCORED;
        } catch (StackOverflowError e) {
            System.err.println("vintk: a graph is nested too deeply");
            code = ExitCode.NOTHING_SCORED;
        } catch (Error e) {
            System.err.println("vintk: " + e);
            code = ExitCode.NOTHING_SCORED;
        }
        if (System.out.checkError() && code <= ExitCode.SOME_FAILED) {
            System.err.println(
                    "vintk: standard output could not be written to the end: its disk is full, or its reader gone");
            code = ExitCode.USAGE;
        }
        System.exit(code);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Vintk());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        number(line, int.class, Integer::valueOf, "a whole number");
        number(line, Integer.class, Integer::valueOf, "a whole number");
        number(line, long.class, Long::valueOf, "a whole number");
        number(line, double.class, Double::valueOf, "a number");
        line.setUsageHelpWidth(80);
        line.setUsageHelpLongOptionsMaxWidth(28);
        OptionGroups.apply(line);
        line.setParameterExceptionHandler(Vintk::explainUsage);
        line.setExecutionExceptionHandler(Vintk::explainFailure);
        return line;
    }

    /** picocli itself would speak of ints and longs. */
    private static <T> void number(CommandLine line, Class<T> type, Function<String, T> parse, String expected) {
        line.registerConverter(type, text -> {
            try {
                return parse.apply(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected " + expected + ", got '" + text + "'");
            }
        });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** One line, and where to read on. */
    private static int explainUsage(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        // The name of a file that was taken for an option.
        String file = Arrays.stream(args)
                .takeWhile(arg -> !arg.equals("--"))
                .filter(arg -> arg.matches("-[^=]*\\.onnx"))
                .findFirst()
                .map(name -> "; a file '%s' is written ./%s".formatted(name, name))
                .orElse("");
        err.println("vintk: " + oneLine(e.getMessage() + file));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        }
        err.flush();
        return ExitCode.USAGE;
    }

    /** One line for every failure; the stack trace for those who ask. */
    private static int explainFailure(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        line.getErr().println("vintk: " + oneLine(message(e)));
        if (parsed.expandedArgs().contains("--stacktrace")) {
            CommonOptions.trace(line.getErr(), e);
        }
        line.getErr().flush();
        return e instanceof ModelException ? ExitCode.NOTHING_SCORED : ExitCode.USAGE;
    }

    private static String message(Exception e) {
        Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
        if (cause instanceof AccessDeniedException denied) {
            return "no permission to write or read " + denied.getFile();
        }
        if (cause instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file or folder";
        }
        if (cause instanceof FileAlreadyExistsException file) {
            return file.getFile() + " is a file, a folder was expected";
        }
        if (cause instanceof FileSystemException system && system.getReason() != null) {
            return system.getFile() + ": " + system.getReason();
        }
        if (ModelException.isOverflow(cause)) {
            return ModelException.TOO_MANY;
        }
        if (cause instanceof IllegalArgumentException
                || cause instanceof ModelException
                || cause instanceof IOException) {
            return String.valueOf(cause.getMessage());
        }
        return "unexpected " + cause.getClass().getSimpleName() + ": " + cause.getMessage()
                + " (--stacktrace shows where; please report it)";
    }

    private static String oneLine(String message) {
        return TextLayout.plain(message.strip().replaceAll("\\s*\\R\\s*", "; "));
    }

    /** The version, which the build writes to a resource. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"vintk " + number()};
        }

        static String number() {
            try (InputStream in = Vintk.class.getResourceAsStream("version.properties")) {
                Properties properties = new Properties();
                properties.load(in);
                return properties.getProperty("version");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
