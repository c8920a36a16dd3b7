import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

public class Crash_71853c6197a6a7f222db0f1978c7cb232b87c5ee {
    static final String base64Bytes = String.join("", "Cgo=");

    public static void main(String[] args) throws Throwable {
        Crash_71853c6197a6a7f222db0f1978c7cb232b87c5ee.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Method fuzzerInitialize = vintk.runtime.ImportFuzzer.class.getMethod("fuzzerInitialize");
            fuzzerInitialize.invoke(null);
        } catch (NoSuchMethodException ignored) {
            try {
                Method fuzzerInitialize = vintk.runtime.ImportFuzzer.class.getMethod("fuzzerInitialize", String[].class);
                fuzzerInitialize.invoke(null, (Object) args);
            } catch (NoSuchMethodException ignored1) {
            } catch (IllegalAccessException | InvocationTargetException e) {
                e.printStackTrace();
                System.exit(1);
            }
        } catch (IllegalAccessException | InvocationTargetException e) {
            e.printStackTrace();
            System.exit(1);
        }
        byte[] input = java.util.Base64.getDecoder().decode(base64Bytes);
        vintk.runtime.ImportFuzzer.fuzzerTestOneInput(input);
    }
}