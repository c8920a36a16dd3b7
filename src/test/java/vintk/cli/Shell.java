package vintk.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Runs the program in this process and keeps what it prints. */
record Shell(int code, String out, String err) {
    static Shell vintk(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Vintk.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int code = line.execute(args);
        return new Shell(code, out.toString(), err.toString());
    }

    /** Paths of a test as arguments. */
    static Shell vintk(Object... args) {
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        return vintk(texts);
    }
}
