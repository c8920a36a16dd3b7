package vintk.cli;

import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * Begins the process anew with an allocator that keeps what it was given, which glibc reads from the environment at the start alone.
 * Every session of ONNX Runtime frees gigabytes and takes them again: mapped anew, and zeroed, page by page, that is up to a quarter of
 * the time of a candidate on a processor (README, performance). The process keeps its number, its terminal and its files.
 */
final class Relaunch {
    private static final String VARIABLE = "GLIBC_TUNABLES";

    /**
     * Nothing is mapped on its own or given back to the system before the process ends; one arena, so that what one thread frees the
     * next one gets. Huge pages (hugetlb=1) make a kernel 1 % faster, but the system zeroes them whole, used or not.
     */
    private static final String TUNABLES =
            "glibc.malloc.arena_max=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1099511627776";

    private static final String UTF_8 = "C.UTF-8";

    /** Without it ONNX Runtime 1.29 collects usage reports until it is told not to, and leaves a file in the temporary folder. */
    private static final String NO_REPORTS = "ORT_DISABLE_TELEMETRY";

    /** The commands that score many models; others end before it pays. */
    private static final Set<String> COMMANDS = Set.of("rank", "score");

    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private Relaunch() {}

    /**
     * Does not return where it works. Nothing happens on other systems, where nothing is to be won (the variable is set, to whatever,
     * and all names can be read), and where this program is part of another one.
     */
    static void keepingMemory(String[] args) {
        boolean scores = args.length > 0 && COMMANDS.contains(args[0]);
        boolean keeps = scores && System.getenv(VARIABLE) == null;
        // As containers and schedulers have it: Java then cannot open a file whose name is not ASCII.
        boolean ascii = System.getProperty("sun.jnu.encoding", "").startsWith("ANSI_X3.4")
                && !UTF_8.equals(System.getenv("LC_ALL"))
                && (scores || !String.join("", args).chars().allMatch(c -> c < 128));
        boolean begins = keeps || ascii;
        if (!begins || !Platform.isLinux() || !isProgram(main(System.getProperty("sun.java.command", ""), args))) {
            return;
        }
        try {
            // As bytes: a file name need not be text.
            String bytes = Files.readString(COMMAND_LINE, StandardCharsets.ISO_8859_1);
            // Java takes options from these two as well.
            if (!isRepeatable(bytes + System.getenv("JAVA_TOOL_OPTIONS") + System.getenv("JDK_JAVA_OPTIONS"))) {
                return;
            }
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            CLibrary c = CLibrary.load();
            if (keeps) {
                c.setenv(VARIABLE, TUNABLES, 1);
            }
            c.setenv(NO_REPORTS, "1", 0);
            if (ascii) {
                c.setenv("LC_ALL", UTF_8, 1);
            }
            c.execv(java, arguments(bytes));
        } catch (IOException | LinkageError e) {
            // As it is, then: slower, not wrong.
        }
    }

    /** Each ends with a zero; one may be empty. */
    static String[] arguments(String bytes) {
        String[] parts = bytes.split("\0", -1);
        return Arrays.copyOf(parts, parts.length - 1);
    }

    /** The jar or class of a command that ends with the arguments; a path may have spaces. */
    static String main(String command, String... args) {
        String tail = " " + String.join(" ", args);
        return command.endsWith(tail) ? command.substring(0, command.length() - tail.length()) : "";
    }

    /** Not where options come from a pipe, which is read but once, or where an agent has opened a port: the new process inherits it. */
    static boolean isRepeatable(String commandLine) {
        return !commandLine.contains("\0@/dev/fd/")
                && !commandLine.contains("\0@/proc/")
                && !commandLine.contains("jdwp")
                && !commandLine.contains("jmxremote");
    }

    /** Whether the virtual machine runs this program: its jar, maybe with a version in its name, or its main class. */
    static boolean isProgram(String main) {
        return main.equals(Vintk.class.getName()) || main.matches("(.*/)?vintk[^/]*\\.jar");
    }
}
