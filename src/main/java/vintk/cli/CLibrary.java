package vintk.cli;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What is needed of the C library. Texts are bytes, as ISO 8859-1 reads them: a file name need not be text. */
interface CLibrary extends Library {
    int setenv(String name, String value, int overwrite);

    int execv(String path, String[] arguments);

    int isatty(int descriptor);

    /** An {@link LinkageError} says that there is none. */
    static CLibrary load() {
        return Native.load(
                "c", CLibrary.class, Map.of(Library.OPTION_STRING_ENCODING, StandardCharsets.ISO_8859_1.name()));
    }
}
